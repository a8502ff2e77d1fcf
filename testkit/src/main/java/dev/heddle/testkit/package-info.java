/// Tools that tests stand on: golden directories, seeds, virtual time, and the house rules as code.
///
/// A leaf: it knows no other module, and no module's main code may use it.
@NullMarked
package dev.heddle.testkit;

import org.jspecify.annotations.NullMarked;
