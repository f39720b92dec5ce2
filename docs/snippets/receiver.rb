# Receives proofsheet's webhooks with Ruby's own library only.
require "json"
require "openssl"
require "set"
require "socket"
require "timeout"

BODY_BYTES_MAX = 64 * 1024
TOLERANCE_SECONDS = 300

# Whether the secret signed this body, at most five minutes ago.
def verified?(secret, headers, body, now)
  key = secret.delete_prefix("whsec_").unpack1("m0")
  id, timestamp = headers.values_at("webhook-id", "webhook-timestamp")
  return false if id.nil? || !timestamp.to_s.match?(/\A\d+\z/)
  return false if (now - timestamp.to_i).abs > TOLERANCE_SECONDS

  expected = "v1," + [OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{timestamp}.#{body}")].pack("m0")
  headers["webhook-signature"].to_s.split(" ").any? { |item| OpenSSL.secure_compare(item, expected) }
end

def receive(socket)
  socket.gets("\r\n", 8192)
  headers = {}
  while (line = socket.gets("\r\n", 8192)) && line != "\r\n" && headers.size < 64
    name, value = line.split(":", 2)
    headers[name.downcase] = value.to_s.strip
  end
  length = headers["content-length"].to_i
  length > BODY_BYTES_MAX ? [headers, nil] : [headers, socket.read(length)] # the bytes as they came: never parse first
end

secret = ENV.fetch("WEBHOOK_SECRET")
seen = Set.new # in production: a table with a unique column
$stdout.sync = true
server = TCPServer.new("127.0.0.1", Integer(ENV.fetch("PORT", "9009")))
loop do
  socket = server.accept
  headers, body = Timeout.timeout(10) { receive(socket) }
  good = body && verified?(secret, headers, body, Time.now.to_i)
  if good && seen.add?(headers["webhook-id"]) # the same event may come twice
    puts "#{JSON.parse(body)["type"]} #{headers["webhook-id"]}"
  end
  socket.write("HTTP/1.1 #{good ? 204 : 400} Noted\r\nConnection: close\r\n\r\n")
rescue Timeout::Error, SystemCallError, ArgumentError
  next # a broken request is nobody's webhook
ensure
  socket&.close
end
