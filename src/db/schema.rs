//! The tables, in types both databases have. The migrations are the truth; a test compares.

diesel::table! {
    agencies (id) {
        id -> Text,
        name_sealed -> Binary,
        created_at -> BigInt,
        branding_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        agency_id -> Nullable<Text>,
        role -> Text,
        email_digest -> Binary,
        email_sealed -> Binary,
        password_hash -> Text,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sign_in_attempts (email_digest) {
        email_digest -> Binary,
        attempt_count -> Integer,
        window_start -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        agency_id -> Nullable<Text>,
        token_hash -> Binary,
        created_at -> BigInt,
        last_used_at -> BigInt,
        ends_at -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        agency_id -> Text,
        label_sealed -> Binary,
        prefix -> Text,
        hash -> Binary,
        scopes -> Text,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        is_test -> Bool,
        networks_sealed -> Nullable<Binary>,
        created_by_key -> Nullable<Text>,
        previous_hash -> Nullable<Binary>,
        previous_ends_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    analyses (id) {
        id -> Text,
        agency_id -> Text,
        api_key_id -> Nullable<Text>,
        user_id -> Nullable<Text>,
        product -> Text,
        previews -> Bool,
        reference_sealed -> Nullable<Binary>,
        photo_count -> Integer,
        life_ms -> BigInt,
        state -> Text,
        failure_reason -> Nullable<Text>,
        retry_of -> Nullable<Text>,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        fence -> BigInt,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        is_test -> Bool,
        reference_digest -> Nullable<Binary>,
    }
}

diesel::table! {
    photos (analysis_id, number) {
        analysis_id -> Text,
        number -> Integer,
        agency_id -> Text,
        size_bytes -> BigInt,
        state -> Text,
        problem -> Nullable<Text>,
    }
}

diesel::table! {
    reports (id) {
        id -> Text,
        agency_id -> Text,
        analysis_id -> Text,
        life -> Text,
        pdf_object -> Text,
        pdf_bytes -> BigInt,
        result_object -> Text,
        result_bytes -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        cause -> Nullable<Text>,
        receipt_id -> Nullable<Text>,
        objects_deleted -> Bool,
    }
}

diesel::table! {
    report_keys (report_id) {
        report_id -> Text,
        agency_id -> Text,
        kid -> Text,
        nonce -> Binary,
        wrapped -> Binary,
    }
}

diesel::table! {
    receipts (id) {
        id -> Text,
        agency_id -> Text,
        analysis_id -> Text,
        report_id -> Nullable<Text>,
        body -> Text,
        kid -> Text,
        signature -> Binary,
        created_at -> BigInt,
        requested_by_key -> Nullable<Text>,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        agency_id -> Text,
        api_key_id -> Nullable<Text>,
        analysis_id -> Nullable<Text>,
        kind -> Text,
        sequence -> Integer,
        occurred_at -> BigInt,
        not_after -> BigInt,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> Text,
        agency_id -> Text,
        api_key_id -> Text,
        url_sealed -> Binary,
        secret_sealed -> Binary,
        kinds -> Text,
        status -> Text,
        created_at -> BigInt,
        secret_generation -> Integer,
        previous_secret_sealed -> Nullable<Binary>,
        previous_ends_at -> Nullable<BigInt>,
        headers_sealed -> Nullable<Binary>,
        description_sealed -> Nullable<Binary>,
        status_reason -> Nullable<Text>,
        disabled_at -> Nullable<BigInt>,
        failing_since -> Nullable<BigInt>,
        failure_count -> Integer,
        breaker_trips -> Integer,
        not_before -> BigInt,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        agency_id -> Text,
        event_id -> Text,
        endpoint_id -> Text,
        state -> Text,
        attempt_count -> Integer,
        next_attempt_at -> Nullable<BigInt>,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        fence -> BigInt,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        not_after -> BigInt,
        end_reason -> Nullable<Text>,
        manual -> Bool,
        schedule_start -> Integer,
    }
}

diesel::table! {
    attempts (delivery_id, number) {
        delivery_id -> Text,
        number -> Integer,
        agency_id -> Text,
        started_at -> BigInt,
        duration_ms -> BigInt,
        status -> Nullable<Integer>,
        outcome -> Text,
        response_excerpt_sealed -> Nullable<Binary>,
        signed_by -> Nullable<Text>,
        webhook_timestamp -> Nullable<BigInt>,
        signatures -> Nullable<Text>,
        header_names -> Nullable<Text>,
        manual -> Bool,
    }
}

diesel::table! {
    job_occurrences (job, fired_for) {
        job -> Text,
        fired_for -> BigInt,
        lease_owner -> Text,
        lease_until -> BigInt,
        fence -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    open_analyses (analysis_id) {
        analysis_id -> Text,
        agency_id -> Text,
        open_until -> BigInt,
        kid -> Text,
        nonce -> Binary,
        wrapped -> Binary,
    }
}

diesel::table! {
    partials (analysis_id, number) {
        analysis_id -> Text,
        number -> Integer,
        agency_id -> Text,
        content_digest -> Binary,
        object -> Text,
        lease_owner -> Text,
        lease_until -> Nullable<BigInt>,
        fence -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (owner_id, key_digest) {
        owner_id -> Text,
        key_digest -> Binary,
        agency_id -> Text,
        fingerprint -> Binary,
        resource_id -> Text,
        outcome -> Nullable<Text>,
        released -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    progress (analysis_id, sequence) {
        analysis_id -> Text,
        sequence -> Integer,
        agency_id -> Text,
        what -> Text,
        photo -> Nullable<Integer>,
        detail -> Nullable<Text>,
        occurred_at -> BigInt,
    }
}

diesel::table! {
    usage_days (agency_id, day, origin_id, product) {
        agency_id -> Text,
        day -> BigInt,
        origin_id -> Text,
        product -> Text,
        analyses -> BigInt,
        photos -> BigInt,
        received_bytes -> BigInt,
        reports -> BigInt,
        attempts -> BigInt,
    }
}

diesel::table! {
    quota_windows (agency_id, policy) {
        agency_id -> Text,
        policy -> Text,
        window_start -> BigInt,
        taken -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    agencies,
    users,
    sign_in_attempts,
    sessions,
    api_keys,
    analyses,
    photos,
    reports,
    report_keys,
    receipts,
    events,
    webhook_endpoints,
    deliveries,
    attempts,
    job_occurrences,
    open_analyses,
    partials,
    idempotency_keys,
    usage_days,
    quota_windows,
);
