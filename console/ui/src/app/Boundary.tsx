import { Component, type ReactNode } from 'react';

interface Props {
  /** Another one is another try. */
  place: string;
  children: ReactNode;
  broken(error: Error): ReactNode;
}

/** Keeps a page that breaks from taking the shell with it. */
export class Boundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (before.place !== this.props.place && this.state.error) {
      this.setState({ error: null });
    }
  }

  override render() {
    return this.state.error ? this.props.broken(this.state.error) : this.props.children;
  }
}
