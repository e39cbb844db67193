"""A Functions host for one machine and any Python v2-model function app. It knows no particular app."""
