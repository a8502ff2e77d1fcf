/// Listening to what proxies tell, as it comes.
@NullMarked
package dev.heddle.signals.tap;

import org.jspecify.annotations.NullMarked;
