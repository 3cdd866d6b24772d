"""How questions are answered, read once from the environment (prefix CLOUD_PRICING_)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.settings import read

Part = Literal["llm", "live", "knowledge", "sql"]  # what can be turned off in trouble


class AgentSettings(BaseSettings):
    """What only the agent's room may know."""

    model_config = SettingsConfigDict(env_prefix="CLOUD_PRICING_", extra="ignore", frozen=True)

    model: str = Field(
        default="rules",
        description="Who phrases the answer: `rules` (no key, no network), any agno model such as "
        "`openai:gpt-5-mini`, or several with commas between them, each asked where the one before it fails; "
        "after the last one the rules answer.",
    )
    model_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s]+)?$",
        description="Base URL of a server that speaks OpenAI's protocol, such as `http://localhost:8000/v1`: "
        "the `openai:` models of `CLOUD_PRICING_MODEL` are asked there.",
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="OPENAI_API_KEY",
        description="Key of OpenAI, or of the server at `CLOUD_PRICING_MODEL_URL` if it wants one.",
    )
    language: Literal["auto", "auto-pt", "en", "pt"] = Field(
        default="auto",
        description="Language of the answers: en, pt, or `auto`, that of the question. One that has words "
        "of neither, such as `H100`, is answered in English, with `auto-pt` in Portuguese.",
    )
    max_tool_calls: int = Field(default=8, ge=1, description="Tool calls one question may cost.")
    max_tokens: int = Field(
        default=200_000, ge=1, description="Tokens the models of one question may read and write in all."
    )
    max_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Seconds the models of one question may take in all; then the rules answer. Of both "
        "limits each model of a chain has an equal share of what is left.",
    )
    sessions: str = Field(
        default="",
        description="Where conversations are kept: path of a SQLite file, `redis://…` or `postgresql://…`. "
        "Empty: `state/sessions.db` in the store.",
    )
    max_question_characters: int = Field(
        default=2000, ge=50, description="Longer questions are refused unread."
    )
    live_prices: Literal["never", "asked", "always"] = Field(
        default="never",
        description="When a provider's own feed is asked for the price of now: `never` (no network), "
        "`asked` (the question says live or right now) or `always`.",
    )
    live_seconds: float = Field(
        default=4.0, gt=0, le=60, description="Seconds a provider's feed has to answer a question."
    )
    off: tuple[Part, ...] = Field(
        default=(),
        description="Parts that are turned off, as a JSON list of `llm`, `live`, `knowledge` (search by "
        "meaning) and `sql`. `cloud-pricing flags` turns them off and on without a restart.",
    )
    answer_rows: int = Field(default=5, ge=1, le=50, description="Rows an answer's text shows at most.")


@cache
def agent_settings() -> AgentSettings:
    """The agent's settings of this process; `agent_settings.cache_clear()` reads them again.

    Raises InvalidInput naming the variable that cannot be used.
    """
    return read(AgentSettings)
