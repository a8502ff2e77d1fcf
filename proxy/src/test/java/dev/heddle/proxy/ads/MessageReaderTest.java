package dev.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.testkit.Seed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class MessageReaderTest {

    @Test
    void messagesComeOutAsTheyWentInHoweverTheirBytesAreCut() throws Exception {
        RandomGenerator random = Seed.ofRun().random();
        var sent = new ArrayList<byte[]>();
        ByteBuf all = Unpooled.buffer();
        for (int i = 0; i < 200; i++) {
            byte[] message = new byte[i % 10 == 0 ? 0 : random.nextInt(200_000)];
            random.nextBytes(message);
            sent.add(message);
            all.writeByte(0).writeInt(message.length).writeBytes(message);
        }
        var reader = new MessageReader(1 << 20);
        var received = new ArrayList<byte[]>();
        while (all.isReadable()) {
            int some = 1 + random.nextInt(random.nextBoolean() ? 8 : 100_000);
            ByteBuf piece = all.readSlice(Math.min(some, all.readableBytes()));
            while (piece.isReadable()) {
                byte[] message = reader.read(piece);
                if (message != null) {
                    received.add(message);
                }
            }
        }
        assertThat(received).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(received.get(i)).as("message " + i).isEqualTo(sent.get(i));
        }
    }

    @Test
    void readingStopsBehindAMessage() throws Exception {
        ByteBuf two = bytes(0, 0, 0, 0, 1, 'a', 0, 0, 0, 0, 1, 'b');
        var reader = new MessageReader(10);
        assertThat(reader.read(two)).isEqualTo(new byte[] {'a'});
        assertThat(two.readableBytes()).isEqualTo(6);
        assertThat(reader.read(two)).isEqualTo(new byte[] {'b'});
        assertThat(reader.read(two)).isNull();
    }

    @Test
    void whatIsTooLargeIsRefusedBeforeItComes() {
        var reader = new MessageReader(10);
        assertThatThrownBy(() -> reader.read(bytes(0, 0, 0, 0, 11)))
                .hasMessage("a message of 11 bytes (expected: at most 10)");
        assertThatThrownBy(() -> new MessageReader(10).read(bytes(0, 255, 255, 255, 255)))
                .hasMessage("a message of 4294967295 bytes (expected: at most 10)");
    }

    @Test
    void aCompressedMessageIsRefused() {
        assertThatThrownBy(() -> new MessageReader(10).read(bytes(1, 0, 0, 0, 1)))
                .hasMessageStartingWith("a message with flags 1");
    }

    private static ByteBuf bytes(int... values) {
        ByteBuf bytes = Unpooled.buffer();
        for (int value : values) {
            bytes.writeByte(value);
        }
        return bytes;
    }
}
