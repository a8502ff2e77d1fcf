package dev.heddle.proxy.filter.grpcweb;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;

/// Decodes a request's body from base64 (RFC 4648, section 4), four characters at a time. Every
/// message may be padded by itself, as those who encode piece by piece do.
@Confined("worker")
final class DecodedRequest implements BodySink {
    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static final byte[] VALUES = values();

    private final Exchange exchange;
    private final BodySink upstream;
    private int group;
    private int characters;
    private int padding;
    private boolean isBad;

    DecodedRequest(Exchange exchange, BodySink upstream) {
        this.exchange = exchange;
        this.upstream = upstream;
    }

    private static byte[] values() {
        byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < ALPHABET.length(); i++) {
            values[ALPHABET.charAt(i)] = (byte) i;
        }
        return values;
    }

    @Override
    public void body(ByteBuf bytes) {
        ByteBuf decoded =
                exchange.worker()
                        .allocator()
                        .directBuffer(Math.max(1, ((bytes.readableBytes() + 3) / 4) * 3));
        while (bytes.isReadable() && !isBad) {
            take(bytes.readByte() & 0xff, decoded);
        }
        bytes.release();
        if (isBad || !decoded.isReadable()) {
            decoded.release();
        } else {
            upstream.body(decoded);
        }
        if (isBad) {
            refuse("grpc_base_64_decode_failed");
        }
    }

    private void take(int c, ByteBuf out) {
        int value = VALUES[c];
        boolean isPadding = c == '=' && characters >= 2;
        isBad = !isPadding && (value < 0 || padding > 0);
        padding += isPadding ? 1 : 0;
        group = (group << 6) | Math.max(0, value);
        characters++;
        if (characters == 4 && !isBad) {
            out.writeByte(group >> 16);
            if (padding < 2) {
                out.writeByte(group >> 8);
            }
            if (padding < 1) {
                out.writeByte(group);
            }
            group = 0;
            characters = 0;
            padding = 0;
        }
    }

    private void refuse(String details) {
        exchange.reply(
                LocalReply.configured(
                        400, details, "Bad gRPC-web request, invalid base64 data.", List.of()));
    }

    @Override
    public void end() {
        if (characters > 0) {
            refuse("grpc_base_64_decode_failed_bad_size");
        } else if (!isBad) {
            upstream.end();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        if (characters > 0) {
            refuse("grpc_base_64_decode_failed_bad_size");
        } else if (!isBad) {
            upstream.trailers(trailers);
        }
    }

    @Override
    public boolean isWritable() {
        return upstream.isWritable();
    }
}
