/// What calls of grpc-java need that both ends of them have.
@NullMarked
package dev.heddle.xds.grpc;

import org.jspecify.annotations.NullMarked;
