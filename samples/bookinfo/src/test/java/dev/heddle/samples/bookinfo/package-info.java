/// Tests of the sample's answers, without and with real sockets.
@NullMarked
package dev.heddle.samples.bookinfo;

import org.jspecify.annotations.NullMarked;
