-- What the gate found of an artifact when it was trained, and which router it holds.
ALTER TABLE artifact ADD COLUMN router TEXT NOT NULL DEFAULT 'learned';
ALTER TABLE artifact ADD COLUMN status TEXT NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted', 'rejected'));
ALTER TABLE artifact ADD COLUMN comparison TEXT NOT NULL DEFAULT '[]';
