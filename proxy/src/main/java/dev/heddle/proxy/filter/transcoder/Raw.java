package dev.heddle.proxy.filter.transcoder;

import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A message of which only its reader knows the type.
final class Raw extends Message {
    /// @throws dev.heddle.xds.wire.WireException when the bytes are no message
    Raw(Bytes bytes) {
        super(bytes);
    }

    @Override
    public String typeName() {
        return "message";
    }

    @Override
    public Raw read(Bytes other) {
        return new Raw(other);
    }

    @Override
    protected String schema() {
        return "";
    }

    /// How often a field occurs.
    int times(int field) {
        return count(field);
    }

    /// One of the values of a field, from 0.
    Bytes at(int field, int which) {
        return part(field, which);
    }

    /// One of the messages of a field, from 0.
    Raw message(int field, int which) {
        return new Raw(part(field, which));
    }

    /// The message that a field holds; an empty one when it is not set.
    Raw message(int field) {
        return new Raw(part(field));
    }

    /// The bytes of a field; empty when it is not set.
    Bytes bytes(int field) {
        return blob(field);
    }

    /// The bytes of a text, each a character; empty when it is not set.
    String string(int field) {
        return blob(field).toString(StandardCharsets.ISO_8859_1);
    }

    /// One of a list of texts, from 0.
    String string(int field, int which) {
        return part(field, which).toString(StandardCharsets.ISO_8859_1);
    }

    long integer(int field) {
        return number(field);
    }

    boolean isTrue(int field) {
        return truth(field);
    }

    /// All numbers of a field, packed or not.
    List<Long> integers(int field, Kind kind) {
        return numbers(field, kind.width());
    }
}
