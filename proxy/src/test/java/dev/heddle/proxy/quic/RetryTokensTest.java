package dev.heddle.proxy.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RetryTokensTest {
    private static final ByteBuf ID = Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 4711);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final RetryTokens tokens = new RetryTokens(now::get);
    private final QuicTokenHandler needed = tokens.when(() -> true);

    private ByteBuf token() {
        ByteBuf token = Unpooled.buffer();
        assertThat(needed.writeToken(token, ID, CLIENT)).isTrue();
        assertThat(token.readableBytes()).isLessThanOrEqualTo(needed.maxTokenLength());
        return token;
    }

    @Test
    void aClientThatComesBackIsKnown() {
        ByteBuf token = token();
        now.set(Instant.EPOCH.plusSeconds(9));
        int at = tokens.when(() -> false).validateToken(token, CLIENT);
        assertThat(token.slice(at, token.readableBytes() - at)).isEqualTo(ID);
    }

    @Test
    void nobodyIsAskedForOneWithoutNeed() {
        ByteBuf token = Unpooled.buffer();
        assertThat(tokens.when(() -> false).writeToken(token, ID, CLIENT)).isFalse();
        assertThat(token.readableBytes()).isZero();
    }

    @Test
    void anotherAddressOrPortIsAnotherClient() {
        ByteBuf token = token();
        for (InetSocketAddress other :
                new InetSocketAddress[] {
                    new InetSocketAddress("192.0.2.7", 4712),
                    new InetSocketAddress("192.0.2.8", 4711),
                    new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 4711)
                }) {
            assertThat(needed.validateToken(token, other)).as("%s", other).isEqualTo(-1);
        }
    }

    @Test
    void anOldOneIsWorthNothing() {
        ByteBuf token = token();
        now.set(Instant.EPOCH.plusSeconds(11));
        assertThat(needed.validateToken(token, CLIENT)).isEqualTo(-1);
    }

    @Test
    void oneThatWasChangedIsWorthNothing() {
        ByteBuf token = token();
        for (int i = 0; i < token.readableBytes(); i++) {
            ByteBuf changed = token.copy();
            changed.setByte(i, changed.getByte(i) ^ 1);
            assertThat(needed.validateToken(changed, CLIENT)).as("byte %d", i).isEqualTo(-1);
            assertThat(needed.validateToken(token.slice(0, i), CLIENT))
                    .as("%d bytes", i)
                    .isEqualTo(-1);
        }
        assertThat(new RetryTokens(now::get).when(() -> true).validateToken(token, CLIENT))
                .as("of another process")
                .isEqualTo(-1);
    }
}
