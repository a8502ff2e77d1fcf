package dev.heddle.proxy.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ConnectionIdsTest {
    private static ByteBuf datagram(int first, ByteBuffer id) {
        return Unpooled.buffer().writeByte(first).writeBytes(id.duplicate()).writeZero(30);
    }

    @Test
    void theWorkerIsKnownByTheIdsThatItGave() {
        ByteBuffer id = new ConnectionIds(3).newId(20);
        assertThat(id.remaining()).isEqualTo(20);
        assertThat(ConnectionIds.worker(datagram(0x40, id))).isEqualTo(3);
        assertThat(new ConnectionIds(3).newId(20)).isNotEqualTo(id);
    }

    @Test
    void whatBeginsAConnectionIsAnybodys() {
        assertThat(ConnectionIds.worker(datagram(0xc0, new ConnectionIds(3).newId(20))))
                .isEqualTo(-1);
    }

    @Test
    void whatIsTooShortIsNobodys() {
        assertThat(ConnectionIds.worker(Unpooled.EMPTY_BUFFER)).isEqualTo(-1);
        assertThat(ConnectionIds.worker(Unpooled.buffer().writeByte(0x40).writeZero(19)))
                .isEqualTo(-1);
    }
}
