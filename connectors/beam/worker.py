"""The process in which a Flink TaskManager runs our steps: Beam's own worker, with what its runner provisions.

It is the command `tokenshare-beam-worker`. Beam's PROCESS environment starts one beside each TaskManager, and so does
Beam's pool of workers (EXTERNAL); Beam's images have a program in its place that does the same.
"""

from argparse import ArgumentParser


def main() -> None:
    """Serve a runner until it lets go of this process."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--id", required=True)
    parser.add_argument("--provision_endpoint", required=True)
    asked, _ = parser.parse_known_args()
    from apache_beam.runners.worker import sdk_worker_main

    log, harness, _ = sdk_worker_main.create_harness(_provisioned(asked.provision_endpoint, asked.id))
    try:
        harness.run()
    finally:
        log.close()


def _provisioned(endpoint: str, worker: str) -> dict[str, str]:
    """The variables that Beam's worker wants, with the values that the runner provisions."""
    import grpc
    from apache_beam.portability.api import beam_provision_api_pb2 as messages
    from apache_beam.portability.api import beam_provision_api_pb2_grpc as services
    from google.protobuf.json_format import MessageToJson

    with grpc.insecure_channel(endpoint) as channel:
        service = services.ProvisionServiceStub(channel)
        request = messages.GetProvisionInfoRequest()
        info = service.GetProvisionInfo(request, metadata=[("worker_id", worker)]).info
    return {
        "WORKER_ID": worker,
        "PIPELINE_OPTIONS": str(MessageToJson(info.pipeline_options)),
        "CONTROL_API_SERVICE_DESCRIPTOR": str(info.control_endpoint),
        "LOGGING_API_SERVICE_DESCRIPTOR": str(info.logging_endpoint),
        "RUNNER_CAPABILITIES": " ".join(info.runner_capabilities),
    }


if __name__ == "__main__":
    main()
