"""The sample workload `orders`: an HTTP API, a queue worker and a nightly schedule, on AWS and on Azure."""
