/// What a change costs the control plane's compiler, in one process and without any network.
@NullMarked
package dev.heddle.bench.control;

import org.jspecify.annotations.NullMarked;
