"""The steps, one a file: what is done, undone and looked at. No SDK, no retry loop; a step never calls another step."""
