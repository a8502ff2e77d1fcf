package dev.heddle.compiler.xds.patch;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.xds.TypedConfigs;

/// Which message is packed somewhere.
final class Types {
    private Types() {}

    /// The message's full name, whether it is packed or wrapped; empty for none.
    static String of(Any packed) {
        String url = packed.getTypeUrl();
        if (TypedConfigs.holds(packed, TypedStruct.getDefaultInstance())) {
            try {
                url = TypedStruct.parseFrom(packed.getValue()).getTypeUrl();
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(url + " does not hold what it says", e);
            }
        }
        return url.substring(url.indexOf('/') + 1);
    }
}
