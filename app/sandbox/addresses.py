"""Where things lie below the sandbox's address."""

GITHUB_API = "/api/v3"  # where GitHub Enterprise Server has its REST API
BLOBS = "/_blobs"  # the store that artifact downloads redirect to
SLACK_API = "/slack/api"
SLACK_RESPONSES = "/slack/response"  # the root of every response_url
SLACK_AUTHORIZE = "/slack/oauth/v2/authorize"  # where Slack's own is, from its API
SLACK_SOCKET = "/slack/socket"
SLACK_UPLOADS = "/slack/upload"  # the root of every address to upload to
SLACK_FILES = "/slack/files"
