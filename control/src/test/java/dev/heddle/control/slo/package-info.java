/// Tests of what follows from calls, in virtual time.
@NullMarked
package dev.heddle.control.slo;

import org.jspecify.annotations.NullMarked;
