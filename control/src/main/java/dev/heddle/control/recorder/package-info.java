/// Asking proxies for what they remember of their last requests.
@NullMarked
package dev.heddle.control.recorder;

import org.jspecify.annotations.NullMarked;
