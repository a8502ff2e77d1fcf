/// What can be said of calls that were added up: how many, how many failed, how long they took, by
/// whatever they are grouped; and who calls whom.
@NullMarked
package dev.heddle.signals.golden;

import org.jspecify.annotations.NullMarked;
