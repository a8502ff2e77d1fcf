package dev.heddle.proxy.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Reads the first line of a head.
interface StartLine {
    /// @param in where the line lies
    /// @param base where the head begins
    /// @param from position of its first byte
    /// @param to position of its CR
    /// @return what is wrong, or null
    @Nullable CodecError read(ByteBuf in, int base, int from, int to);
}
