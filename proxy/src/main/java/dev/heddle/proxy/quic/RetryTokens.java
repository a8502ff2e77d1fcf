package dev.heddle.proxy.quic;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tokens by which a client shows that it gets what is sent to its address (RFC 9000, section
/// 8.1.2), for times at which somebody may be opening connections in the name of others. Nothing is
/// kept for a client that has none yet. Thread-safe: a client may come back to another worker.
public final class RetryTokens {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAC_BYTES = 32;
    private static final int HEAD_BYTES = MAC_BYTES + Long.BYTES;
    private static final long LIFE_MILLIS = 10_000;

    private final SecretKeySpec key;
    private final InstantSource clock;

    public RetryTokens(InstantSource clock) {
        var secret = new byte[MAC_BYTES];
        new SecureRandom().nextBytes(secret);
        this.key = new SecretKeySpec(secret, ALGORITHM);
        this.clock = clock;
    }

    /// Asks for tokens only while there is need.
    QuicTokenHandler when(BooleanSupplier isNeeded) {
        return new QuicTokenHandler() {
            @Override
            public boolean writeToken(ByteBuf out, ByteBuf id, InetSocketAddress client) {
                if (!isNeeded.getAsBoolean()) {
                    return false;
                }
                long now = clock.millis();
                var original = new byte[id.readableBytes()];
                id.getBytes(id.readerIndex(), original);
                out.writeBytes(mac(now, client, original)).writeLong(now).writeBytes(original);
                return true;
            }

            @Override
            public int validateToken(ByteBuf token, InetSocketAddress client) {
                if (token.readableBytes() < HEAD_BYTES) {
                    return -1;
                }
                var all = new byte[token.readableBytes()];
                token.getBytes(token.readerIndex(), all);
                long made = ByteBuffer.wrap(all).getLong(MAC_BYTES);
                long age = clock.millis() - made;
                byte[] original = Arrays.copyOfRange(all, HEAD_BYTES, all.length);
                byte[] shown = Arrays.copyOf(all, MAC_BYTES);
                boolean isOurs = MessageDigest.isEqual(shown, mac(made, client, original));
                return isOurs && age >= 0 && age <= LIFE_MILLIS ? HEAD_BYTES : -1;
            }

            @Override
            public int maxTokenLength() {
                return HEAD_BYTES + Quic.MAX_CONN_ID_LEN;
            }
        };
    }

    private byte[] mac(long time, InetSocketAddress client, byte[] original) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            byte[] address = client.getAddress().getAddress();
            mac.update(
                    ByteBuffer.allocate(Long.BYTES + 3)
                            .putLong(time)
                            .putShort((short) client.getPort())
                            .put((byte) address.length)
                            .flip());
            mac.update(address);
            return mac.doFinal(original);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
