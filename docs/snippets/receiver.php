<?php
// Receives proofsheet's webhooks with PHP's own functions only. To try it: php -S 127.0.0.1:9009 receiver.php
declare(strict_types=1);

const BODY_BYTES_MAX = 64 * 1024;
const TOLERANCE_SECONDS = 300;

/** Whether the secret signed this body, at most five minutes ago. */
function verify(string $secret, array $headers, string $body, int $now): bool
{
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    [$id, $timestamp] = [$headers['webhook-id'] ?? '', $headers['webhook-timestamp'] ?? ''];
    if (!is_string($key) || $key === '' || $id === '' || !ctype_digit($timestamp)) {
        return false;
    }
    if (abs($now - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $item) {
        if (hash_equals($expected, $item)) {
            return true;
        }
    }
    return false;
}

// the bytes as they came: never parse first
$body = (string) file_get_contents('php://input', false, null, 0, BODY_BYTES_MAX);
$headers = array_change_key_case(getallheaders());
if (!verify((string) getenv('WEBHOOK_SECRET'), $headers, $body, time())) {
    http_response_code(400);
    return;
}
$event = json_decode($body, true);
// the same event may come twice: in production, keep the id in a table with a unique column and stop here if it is known
file_put_contents('php://stdout', "{$event['type']} {$headers['webhook-id']}\n");
http_response_code(204);
