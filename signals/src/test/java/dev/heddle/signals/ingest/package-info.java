/// Tests of the package.
@NullMarked
package dev.heddle.signals.ingest;

import org.jspecify.annotations.NullMarked;
