package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds a body among received bytes by its framing (RFC 9112, sections 6 and 7), and hands it on
/// in slices of what was received. Chunk extensions are read, checked and dropped, and so are
/// trailers unless they are wanted.
///
/// ```
///   NONE ─▶ DONE      LENGTH ──all read──▶ DONE      UNTIL_CLOSE ──connection ends──▶ DONE
///   CHUNK_SIZE ─▶ CHUNK_DATA ─▶ CHUNK_END ─▶ CHUNK_SIZE      CHUNK_SIZE ──0──▶ TRAILERS ─▶ DONE
/// ```
@Confined("worker")
final class BodyReader {
    /// Extensions of all chunks of a body together may be this long: nobody uses them but
    /// attackers.
    private static final int MAX_EXTENSION_BYTES = 4096;

    private static final int MAX_SIZE_DIGITS = 15;

    private enum State {
        DONE,
        LENGTH,
        UNTIL_CLOSE,
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        CHUNK_SIZE_LF,
        CHUNK_DATA,
        CHUNK_END_CR,
        CHUNK_END_LF,
        TRAILERS
    }

    /// What trailers must not say, as it is about framing, routing or one connection (RFC 9110,
    /// section 6.5.1).
    private static final List<HeaderName> NO_TRAILERS =
            List.of(
                    HeaderName.CONNECTION,
                    HeaderName.CONTENT_LENGTH,
                    HeaderName.HOST,
                    HeaderName.KEEP_ALIVE,
                    HeaderName.PROXY_CONNECTION,
                    HeaderName.TE,
                    HeaderName.TRAILER,
                    HeaderName.TRANSFER_ENCODING,
                    HeaderName.UPGRADE);

    private final boolean keepsTrailers;
    private final Headers trailers = new Headers();
    private final HeadReader trailerReader;
    private State state = State.DONE;
    private long left;
    private int digits;
    private int extensionBytes;
    private boolean isNameDue;
    private boolean isQuoted;
    private boolean isEscaped;
    private @Nullable CodecError error;

    /// @param keepsTrailers whether [#trailers] are wanted
    BodyReader(Limits limits, boolean keepsTrailers) {
        this.keepsTrailers = keepsTrailers;
        trailerReader = new HeadReader(null, limits, false);
    }

    void begin(Framing framing) {
        trailers.clear();
        error = null;
        digits = 0;
        extensionBytes = 0;
        left = 0;
        state =
                switch (framing.kind()) {
                    case NONE -> State.DONE;
                    case LENGTH -> {
                        left = framing.length();
                        yield left == 0 ? State.DONE : State.LENGTH;
                    }
                    case CHUNKED -> State.CHUNK_SIZE;
                    case UNTIL_CLOSE -> State.UNTIL_CLOSE;
                };
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /// Whether the end of the connection is the end of this body, and not its loss.
    boolean endsWithConnection() {
        return state == State.UNTIL_CLOSE;
    }

    /// What came behind a body that [#isDone]; null if there is nothing, or nothing is wanted.
    /// Valid until the next body begins.
    @Nullable Headers trailers() {
        return trailers.size() == 0 ? null : trailers;
    }

    /// How many bytes are still to come that are the body's as they are; 0 where its end must be
    /// looked for.
    long plainLeft() {
        return state == State.LENGTH ? left : 0;
    }

    /// So many of [#plainLeft] came by another way.
    void moved(long bytes) {
        left -= bytes;
        if (left == 0) {
            state = State.DONE;
        }
    }

    /// Gives up what is held.
    void clear() {
        trailers.clear();
    }

    /// What is wrong, once [#next] has returned null because of it.
    @Nullable CodecError error() {
        return error;
    }

    /// The next piece of the body, taken out of what was received; null if there is none (now):
    /// more bytes are needed, or the body is done, or [#error] says why not.
    @Nullable ByteBuf next(Inbox inbox) {
        ByteBuf in = inbox.bytes();
        while (in.isReadable() && state != State.DONE && error == null) {
            switch (state) {
                case LENGTH, CHUNK_DATA -> {
                    return piece(inbox);
                }
                case UNTIL_CLOSE -> {
                    return inbox.takeAll();
                }
                case TRAILERS -> {
                    if (!isTrailerRead(in)) {
                        return null;
                    }
                }
                default -> error = frame(in.readByte() & 0xff);
            }
        }
        return null;
    }

    private ByteBuf piece(Inbox inbox) {
        int length = (int) Math.min(left, inbox.bytes().readableBytes());
        left -= length;
        if (left == 0) {
            state = state == State.LENGTH ? State.DONE : State.CHUNK_END_CR;
        }
        return inbox.take(length);
    }

    /// One byte of what stands between the chunks.
    private @Nullable CodecError frame(int c) {
        return switch (state) {
            case CHUNK_SIZE -> size(c);
            case CHUNK_EXTENSION -> extension(c);
            case CHUNK_SIZE_LF -> {
                state = left == 0 ? State.TRAILERS : State.CHUNK_DATA;
                digits = 0;
                if (left == 0) {
                    trailers.clear();
                    trailerReader.begin(trailers);
                }
                yield expect(c, '\n');
            }
            case CHUNK_END_CR -> {
                state = State.CHUNK_END_LF;
                yield expect(c, '\r');
            }
            case CHUNK_END_LF -> {
                state = State.CHUNK_SIZE;
                yield expect(c, '\n');
            }
            case DONE, LENGTH, UNTIL_CLOSE, CHUNK_DATA, TRAILERS ->
                    throw new IllegalStateException(state + ": is not read by bytes");
        };
    }

    private @Nullable CodecError size(int c) {
        int value = Ascii.hex(c);
        if (value >= 0) {
            left = left << 4 | value;
            digits++;
            return digits > MAX_SIZE_DIGITS ? CodecError.INVALID_CHUNK : null;
        }
        if (digits == 0) {
            return CodecError.INVALID_CHUNK;
        }
        if (c == '\r') {
            state = State.CHUNK_SIZE_LF;
            return null;
        }
        state = State.CHUNK_EXTENSION;
        isNameDue = true;
        isQuoted = false;
        isEscaped = false;
        return expect(c, ';');
    }

    /// Checks `;name[=value]` as far as a reader could be misled: every one has a name, and a
    /// quoted value ends before the line does.
    private @Nullable CodecError extension(int c) {
        if (c == '\r' && !isNameDue && !isQuoted) {
            state = State.CHUNK_SIZE_LF;
            return null;
        }
        extensionBytes++;
        if (!Ascii.isValue(c) || extensionBytes > MAX_EXTENSION_BYTES) {
            return CodecError.INVALID_CHUNK;
        }
        if (isEscaped) {
            isEscaped = false;
        } else if (isQuoted) {
            isEscaped = c == '\\';
            isQuoted = c != '"';
        } else if (isNameDue) {
            isNameDue = !Ascii.isToken(c);
            return isNameDue && c != ' ' && c != '\t' ? CodecError.INVALID_CHUNK : null;
        } else {
            isNameDue = c == ';';
            isQuoted = c == '"';
        }
        return null;
    }

    private static @Nullable CodecError expect(int c, char wanted) {
        return c == wanted ? null : CodecError.INVALID_CHUNK;
    }

    private boolean isTrailerRead(ByteBuf in) {
        return switch (trailerReader.read(in)) {
            case MORE -> false;
            case DONE -> {
                if (keepsTrailers) {
                    NO_TRAILERS.forEach(trailers::remove);
                }
                if (!keepsTrailers || trailers.size() == 0) {
                    trailers.clear();
                }
                state = State.DONE;
                yield true;
            }
            case FAILED -> {
                error = trailerReader.error();
                yield false;
            }
        };
    }
}
