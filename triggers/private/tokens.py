"""Keys and tokens that are known by their own form: prefixes of vendors, headers, credentials in addresses.

Sources of the forms: the vendors' own documentation and the public rule sets of secret scanners.
"""

from __future__ import annotations

from triggers.private.detectors import LINK, Detector, by_regex, count_digits

_PREFIXED = (
    r"sk-[a-z0-9_-]{16,}",  # OpenAI, Anthropic, OpenRouter, DeepSeek
    r"[srp]k_(?:live|test)_[a-z0-9]{10,}|whsec_[a-z0-9]{16,}",  # Stripe, Clerk
    r"(?:akia|asia|abia|acca)[a-z0-9]{16}",  # AWS
    r"xox[a-z](?:\.xox[a-z])?-[a-z0-9-]{10,}|xapp-[a-z0-9-]{10,}",  # Slack
    r"gh[opsur]_[a-z0-9]{20,}|github_pat_[a-z0-9_]{20,}",
    r"gl(?:pat|rt|dt|ptt|soat|cbt|ft)-[a-z0-9_.-]{16,}",  # GitLab
    r"aiza[a-z0-9_-]{30,}|ya29\.[a-z0-9_-]{16,}|1//0[a-z0-9_-]{20,}|gocspx-[a-z0-9_-]{20,}",  # Google
    r"ac[a-f0-9]{32}:[a-f0-9]{32}|sk[a-f0-9]{32}",  # Twilio
    r"sg\.[a-z0-9_-]{16,}\.[a-z0-9_-]{16,}",  # SendGrid
    r"key-[a-f0-9]{32}",  # Mailgun
    r"npm_[a-z0-9]{30,}|pypi-[a-z0-9_-]{16,}|rubygems_[a-f0-9]{32,}|dckr_(?:pat|oat)_[a-z0-9_-]{20,}",
    r"hf_[a-z0-9]{20,}|r8_[a-z0-9]{20,}|gsk_[a-z0-9]{20,}|xai-[a-z0-9]{20,}|pplx-[a-z0-9]{20,}",
    r"[0-9]{8,10}:aa[a-z0-9_-]{30,}",  # Telegram
    r"shp(?:at|ca|pa|ss)_[a-f0-9]{24,}|sq0[a-z]{3}-[a-z0-9_-]{20,}",  # Shopify, Square
    r"do[opr]_v1_[a-f0-9]{32,}|hvs\.[a-z0-9_-]{20,}|[a-z0-9]{14}\.atlasv1\.[a-z0-9_-]{20,}",  # DigitalOcean, HashiCorp
    r"[mno][a-z0-9_-]{23,25}\.[a-z0-9_-]{6}\.[a-z0-9_-]{27,}",  # Discord
    r"sbp_[a-f0-9]{32,}|figd_[a-z0-9_-]{20,}|lin_api_[a-z0-9]{20,}|nrak-[a-z0-9]{20,}|pul-[a-f0-9]{32,}",
    r"sntrys_[a-z0-9_=+/-]{20,}|ntn_[a-z0-9]{20,}|dapi[a-f0-9]{32}|pat-(?:na|eu)1-[a-f0-9-]{20,}",
    r"eyj[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}(?:\.[a-z0-9_-]*)?",  # JSON Web Token
    r"xprv[a-z0-9]{80,}|age-secret-key-1[a-z0-9]{40,}",
)
_PREFIX_FILTER = (
    r"\b(?:sk-[a-z0-9]|[srp]k_(?:live|test)_|whsec_|(?:akia|asia|abia|acca)[0-9a-z]{8}|xox[a-z][-.]|xapp-|gh[opsur]_|"
    r"github_pat_|gl(?:pat|rt|dt|ptt|soat|cbt|ft)-|aiza|ya29\.|1//0|gocspx-|ac[a-f0-9]{32}|sk[a-f0-9]{32}|"
    r"sg\.[a-z0-9_-]{16}|key-[a-f0-9]|npm_|pypi-|rubygems_|dckr_|hf_|r8_|gsk_|xai-|pplx-|[0-9]{8,10}:aa|shp[a-z]{2}_|"
    r"sq0|do[opr]_v1_|hvs\.|[a-z0-9]{14}\.atlasv1|[mno][a-z0-9_-]{23,25}\.[a-z0-9_-]{6}\.|sbp_|figd_|lin_api_|nrak-|pul-|"
    r"sntrys_|ntn_|dapi[a-f0-9]|pat-(?:na|eu)1-|eyj[a-z0-9]|xprv|age-secret)"
)

_CREDENTIALS = (
    r"://([^\s/@:?#\"'<>]{0,64}:[^\s/\"'<>]+)@",  # user:password in an address of any scheme
    r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|s?ftps?|ssh|smb|ldaps?|smtps?|imaps?|jdbc)"
    r"(?:://|:)[^\s@:]{0,64}:([^\s@\"'<>]+)@",
    r"\b(?:ssh|scp|sftp|ftp|rsync|psql)[ \t]+[a-z0-9._-]{1,32}:([^\s@\"'<>]{3,})@",
    r"://([a-z0-9_-]{20,})@",  # a token in place of the user
    r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ \t=]{0,2}[\"']?([^\s\"']{1,128})",
    r"\b(?:wget|http|xh)\b[^\n]{0,200}?\s(?:-a|--auth)[ \t=]{1,2}[\"']?([^\s\"']{1,64}:[^\s\"']{1,64})",
    r"\b(?:mysql|mysqldump|mariadb|sshpass|mosquitto_pub)\b[^\n]{0,100}?\s-p[ ]?[\"']?([^\s\"'-][^\s\"']{2,64})",
    r"\bredis-cli\b[^\n]{0,100}?\s-a[ ][\"']?([^\s\"']{3,64})",
    r"\b(?:proxy-)?authorization[\"'`]?\s{0,2}[:=]\s{0,2}[\"'`]?(?:(?:basic|bearer|token|digest|negotiate|apikey|bot)\s+)?"
    r"([^\s\"'`]{6,}[^\n\"'`]{0,300})",
    r"\bbearer[ \t:]{1,3}([a-z0-9._~+/-]{20,}=*)",
    r"\b(?:set-)?cookie[\"'`]?:\s{0,2}([^\n\"'`]{0,64}=[^\n\"'`]{6,})",
    r"\b(?:x-)?(?:api|auth|access|csrf|amz-security|shopify-access|gitlab|vault|figma)-?(?:key|token)[\"'`]?\s?:\s{0,2}"
    r"[\"'`]?([^\s\"'`]{8,})",
    r"\b(?:phpsessid|jsessionid|sessionid|session_?token|connect\.sid|csrf_?token)[\"'`]?\s?[:=]\s?[\"'`]?([^\s\"'`;&]{8,})",
    r"[?&;](?:access_?|auth_?|api_?|refresh_?|id_?|sas_?)?(?:token|key|secret|sig|signature|password|pwd|pass|code)="
    r"([^\s&\"'<>]{6,})",
    r"\b(?:account|sharedaccess|shared_?access)_?key=([^\s;\"']{16,})",
    r"https?://hooks\.[a-z0-9.-]+/[a-z0-9_/-]{8,}",
    r"https?://[a-z0-9.-]*discord(?:app)?\.com/api/webhooks/\S{8,}",
    r"https?://[a-z0-9.-]+/[a-z0-9_/-]*webhook[a-z0-9_]*/\S{16,}",
    r"https?://api\.telegram\.org/bot[^\s/]{16,}",
)
_CREDENTIAL_FILTER = (
    r"://[^\s/@]{1,200}@",
    r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|s?ftps?|ssh|smb|ldaps?|smtps?|imaps?|jdbc):",
    r"\b(?:ssh|scp|sftp|ftp|rsync|psql)[ \t]+[a-z0-9._-]{1,32}:",
    r"\b(?:curl|wget|http|xh|mysql|mysqldump|mariadb|sshpass|mosquitto_pub|redis-cli)\b",
    r"\b(?:authorization|bearer|cookie|phpsessid|jsessionid|sessionid|session_?token|connect\.sid|csrf_?token)\b",
    r"\b(?:api|auth|access|csrf|amz-security|shopify-access|gitlab|vault|figma)-?(?:key|token)[\"'`]?\s?:",
    r"(?:token|key|secret|sig|signature|password|pwd|pass|code)=",
    r"https?://(?:hooks\.|api\.telegram|[a-z0-9.-]*discord)|webhook",
)
_PEM = (
    r"-----begin [a-z0-9 ]{0,40}(?:private key|pgp message)[a-z ]{0,10}-----(?s:.*?)"
    r"(?:-----end [a-z0-9 ]{0,40}-----|\z)"
)
_NAMED = (
    r"(?:\b|_)(?:api|secret|access|private|auth|client|encryption|signing|wallet|ssh|deploy|license|licence|product|activation|serial|app|bot|"
    r"personal access|service account|aws_secret_access)[ _-]?(?:keys?|token|secret|password)(?:\b|_)"
)
_SECOND = r"[\"'`*]{0,2}\s{0,2}(?:[:=]|->|=>){0,1}\s{0,2}[\"'`*(<]{0,3}"


_LONG = 30
"""Characters of a value that no word has."""


def _is_key(text: str) -> bool:
    """Words joined by hyphens ("sk-limmed-milk-and-more") hold no digit; a key without one is long and in one piece."""
    return count_digits(text) > 0 or ("-" not in text and len(text) >= _LONG)


def _is_named_key(text: str) -> bool:
    """A long random value may hold one digit or none; a word or a path ("access key = documentation") is shorter."""
    return count_digits(text) >= 2 or (len(text) >= _LONG and "." not in text)


TOKENS: tuple[Detector, ...] = (
    Detector(
        entity="api_key",
        group="secret",
        prefilters=(_PREFIX_FILTER,),
        find=by_regex(r"\b(?:" + "|".join(_PREFIXED) + ")", _is_key),
    ),
    Detector(
        entity="credentials",
        group="secret",
        prefilters=_CREDENTIAL_FILTER,
        find=by_regex("|".join(_CREDENTIALS)),
    ),
    Detector(entity="private_key", group="secret", prefilters=("-----begin",), find=by_regex(_PEM)),
    Detector(
        entity="named_key",
        group="secret",
        prefilters=(_NAMED,),
        find=by_regex(rf"{_NAMED}{LINK}{_SECOND}([a-z0-9_./+=~-]{{12,}})", _is_named_key),
    ),
)
"""Detectors of what opens doors by its own form."""
