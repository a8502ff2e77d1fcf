/// Says of one request, in a sentence, why it ended as it did.
@NullMarked
package dev.heddle.signals.why;

import org.jspecify.annotations.NullMarked;
