package dev.heddle.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads MessagePack, whoever wrote it: texts, lists, maps, `Long`s (also of 64 bits without a
/// sign) and `Double`s; what is nothing is an empty text.
final class MessagePackReader {
    private final ByteBuffer in;

    MessagePackReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    Object value() {
        int first = in.get() & 0xff;
        if (first < 0x80) {
            return (long) first;
        }
        if (first < 0x90) {
            return map(first & 0xf);
        }
        if (first < 0xa0) {
            return list(first & 0xf);
        }
        if (first < 0xc0) {
            return text(first & 0x1f);
        }
        if (first >= 0xe0) {
            return (long) (byte) first;
        }
        return switch (first) {
            case 0xc0 -> "";
            case 0xc2 -> false;
            case 0xc3 -> true;
            case 0xc4, 0xd9 -> text(in.get() & 0xff);
            case 0xc5, 0xda -> text(in.getShort() & 0xffff);
            case 0xc6, 0xdb -> text(in.getInt());
            case 0xca -> (double) in.getFloat();
            case 0xcb -> in.getDouble();
            case 0xcc -> in.get() & 0xffL;
            case 0xcd -> in.getShort() & 0xffffL;
            case 0xce -> in.getInt() & 0xffffffffL;
            case 0xcf, 0xd3 -> in.getLong();
            case 0xd0 -> (long) in.get();
            case 0xd1 -> (long) in.getShort();
            case 0xd2 -> (long) in.getInt();
            case 0xdc -> list(in.getShort() & 0xffff);
            case 0xdd -> list(in.getInt());
            case 0xde -> map(in.getShort() & 0xffff);
            case 0xdf -> map(in.getInt());
            default -> throw new AssertionError("MessagePack: %x".formatted(first));
        };
    }

    private String text(int size) {
        byte[] bytes = new byte[size];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<Object> list(int size) {
        var list = new ArrayList<Object>();
        for (int i = 0; i < size; i++) {
            list.add(value());
        }
        return list;
    }

    private Map<String, Object> map(int size) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < size; i++) {
            map.put(String.valueOf(value()), value());
        }
        return map;
    }
}
