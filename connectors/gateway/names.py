"""The model of a request as author/slug and variant, from the many ways in which gateways write it."""

import re

# Prefixes of LiteLLM and systems of OpenTelemetry that name the author; the names on the right are the router's.
AUTHORS = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "google": "google",
    "deepseek": "deepseek",
    "mistral": "mistralai",
    "mistral_ai": "mistralai",
    "mistralai": "mistralai",
    "codestral": "mistralai",
    "xai": "x-ai",
    "x_ai": "x-ai",
    "x-ai": "x-ai",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "moonshot": "moonshotai",
    "moonshotai": "moonshotai",
    "dashscope": "qwen",
    "qwen": "qwen",
    "zai": "z-ai",
    "z-ai": "z-ai",
    "minimax": "minimax",
    "xiaomi_mimo": "xiaomi",
    "perplexity": "perplexity",
    "ai21": "ai21",
    "ai21_chat": "ai21",
    "meta_llama": "meta-llama",
    "meta-llama": "meta-llama",
}
# Clouds host models of many authors: the slug of a closed family says whose it is.
FAMILIES = (
    (re.compile(r"gpt-|chatgpt-|o[1-9](-|$)|text-embedding-(ada|3)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
    (re.compile(r"gemini-"), "google"),
    (re.compile(r"grok-"), "x-ai"),
    (re.compile(r"deepseek-"), "deepseek"),
    (re.compile(r"kimi-"), "moonshotai"),
    (re.compile(r"glm-"), "z-ai"),
)
_REGION = re.compile(r"^(us|eu|apac|jp|au|ca|global|us-gov)\.(?=[a-z0-9-]+\.)")
_DOTTED = re.compile(r"^(?P<author>[a-z][a-z0-9-]*)\.(?P<slug>[a-z].*)$")  # Bedrock: anthropic.claude-...
_VARIANT = re.compile(r"^(?P<slug>.+/[^/:]+):(?P<variant>[a-z][a-z0-9._-]{0,63})$")


def name_model(called: str, provider: str | None) -> tuple[str, str | None]:
    """The model as author/slug, or the slug alone if nobody said whose it is, and its variant."""
    model, host = called.strip().strip("/"), (provider or "").strip().lower()
    if host and model.lower().startswith(f"{host}/") and (host not in AUTHORS or "/" in model[len(host) + 1 :]):
        model = model[len(host) + 1 :]
    if "/" not in model:
        model = _with_author(model, host)
    author, slash, slug = model.partition("/")
    if slash:
        model = f"{AUTHORS.get(author.lower(), author.lower())}/{slug}"
    found = _VARIANT.match(model)
    return (found["slug"], found["variant"]) if found else (model, None)


def _with_author(slug: str, host: str) -> str:
    if host in AUTHORS:
        return f"{AUTHORS[host]}/{slug}"
    if "bedrock" in host and (dotted := _DOTTED.match(_REGION.sub("", slug))):
        return f"{dotted['author']}/{dotted['slug']}"
    for family, author in FAMILIES:
        if family.match(slug):
            return f"{author}/{slug}"
    return slug
