/// Identities from the authority to the wire: who gets one, how it is kept fresh, and who can call
/// whom with it.
@NullMarked
package dev.heddle.e2e.identity;

import org.jspecify.annotations.NullMarked;
