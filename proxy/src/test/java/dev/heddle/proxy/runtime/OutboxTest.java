package dev.heddle.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final Outbox outbox = new Outbox();

    private static ByteBuf piece(int capacity, String text) {
        return Unpooled.directBuffer(capacity).writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(@Nullable ByteBuf bytes) {
        return bytes == null ? "" : bytes.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void smallPiecesArePutBehindEachOther() {
        ByteBuf second = piece(16, "bc");
        outbox.add(piece(64, "a"));
        outbox.add(second);
        assertThat(outbox.size()).isEqualTo(1);
        assertThat(outbox.bytes()).isEqualTo(3);
        assertThat(second.refCnt()).isZero();
        assertThat(text(outbox.take())).isEqualTo("abc");
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void whatIsAlsoSomebodyElsesIsLeftAlone() {
        ByteBuf shared = piece(64, "a").retain();
        outbox.add(shared);
        outbox.add(piece(16, "b"));
        assertThat(outbox.size()).isEqualTo(2);
        assertThat(text(shared)).isEqualTo("a");
        outbox.clear();
        assertThat(shared.refCnt()).isEqualTo(1);
        shared.release();
    }

    @Test
    void whatWasSentIsLetGoPieceByPiece() {
        ByteBuf first = piece(8192, "abc");
        ByteBuf second = piece(8192, "def");
        outbox.add(first);
        outbox.add(second);
        outbox.sent(4);
        assertThat(first.refCnt()).isZero();
        assertThat(text(outbox.first())).isEqualTo("ef");
        assertThat(outbox.bytes()).isEqualTo(2);
        outbox.sent(2);
        assertThat(second.refCnt()).isZero();
        assertThat(outbox.bytes()).isZero();
    }

    @Test
    void nothingIsNoPiece() {
        ByteBuf empty = piece(8, "");
        outbox.add(empty);
        assertThat(outbox.isEmpty()).isTrue();
        assertThat(empty.refCnt()).isZero();
    }
}
