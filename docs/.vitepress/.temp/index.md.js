import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"","description":"","frontmatter":{"layout":"home","hero":{"name":"Pointsman","text":"Which LLM should get this query?","tagline":"A learned profile of every LLM that you can call, from your own log. It answers with a score for each, or makes the call itself.","actions":[{"theme":"brand","text":"Five-minute start","link":"/start"},{"theme":"alt","text":"Concepts","link":"/concepts"},{"theme":"alt","text":"HTTP reference","link":"/reference/http"}]},"features":[{"title":"For a platform team","details":"Run it, give out keys, upgrade, back up, watch, try changes on a share of the traffic.","link":"/how-to/platform"},{"title":"For an application developer","details":"Point a client at it, say what users thought, set constraints.","link":"/how-to/application"},{"title":"For a researcher","details":"Import a log, measure every router on it, take parts away, take the weights along.","link":"/how-to/research"},{"title":"How good is it?","details":"Every measure with its command, and where a simple router wins.","link":"/learning"}]},"headers":[],"relativePath":"index.md","filePath":"index.md"}');
const _sfc_main = { name: "index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const index = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  index as default
};
