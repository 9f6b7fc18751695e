import { render } from 'preact';
render(<p>Pointsman</p>, document.getElementById('app')!);
