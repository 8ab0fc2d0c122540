"""The tests of `check` that an image must have passed before it is released."""

from __future__ import annotations

# The test functions in tests/integration/image; a unit test compares the two. Written here, because an image
# is also released from checkouts and by packages that do not have its tests.
REQUIRED_CHECKS = frozenset(
    {
        "test_app_files_are_owned_by_root_and_not_writable",
        "test_chunked_body_over_limit_returns_413",
        "test_code_and_model_have_separate_layers",
        "test_concurrent_requests_get_their_own_responses",
        "test_connection_is_kept_alive",
        "test_container_with_changed_model_exits",
        "test_draining_container_closes_connections",
        "test_file_system_contains_no_known_secret",
        "test_file_system_is_read_only",
        "test_image_contains_no_pipeline_or_tools",
        "test_image_is_within_size_budget",
        "test_incomplete_requests_take_nothing_from_others",
        "test_invalid_request_returns_problem_with_identity",
        "test_large_photos_at_once_take_nothing_from_others",
        "test_libraries_have_no_tests_and_code_is_compiled",
        "test_liveness_fails_while_a_worker_makes_no_progress",
        "test_log_is_json_without_request_body",
        "test_metrics_are_on_the_admin_port_alone",
        "test_open_inference_protocol_gives_the_labels_of_predict",
        "test_open_request_is_completed_after_sigterm",
        "test_predict_accepts_multipart_form",
        "test_predict_gives_expected_label_for_every_golden_photo",
        "test_process_runs_unprivileged",
        "test_requests_past_the_queue_are_refused",
        "test_root_and_probes_return_200",
        "test_score_gives_expected_labels_in_original_format",
        "test_secret_search_finds_existing_text",
        "test_telemetry_is_disabled",
        "test_version_matches_image_labels",
    }
)


def missing_checks(passed: tuple[str, ...]) -> list[str]:
    """Return the required checks without a passed test, in order.

    A test's name may end in its parameters in brackets.
    """
    return sorted(REQUIRED_CHECKS - {name.partition("[")[0] for name in passed})
