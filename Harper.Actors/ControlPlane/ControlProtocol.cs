namespace Harper.Actors.ControlPlane;

/// <summary>A message of the control plane: the closed set that is serialized for other nodes. Nothing else of ours crosses.</summary>
public interface IControlMessage;

/// <summary>What nodes ask each other over the control plane. Flat records of texts and numbers: nothing nests, so nothing can be nested too deep.</summary>
public static class ControlProtocol
{
    /// <summary>To another node's inspection: what are the actor at this path, and those below it, doing? Answered with <see cref="TreeSeen"/>.</summary>
    public sealed record SeeTree(string Path, long DeadlineMs) : IControlMessage;

    /// <param name="Actors">In the order of the tree, each after its parent; empty when there is no such actor.</param>
    /// <param name="Problem">Why there is no answer, or empty.</param>
    public sealed record TreeSeen(SeenActor[] Actors, string Problem) : IControlMessage;
}

/// <summary>One actor of another node.</summary>
/// <param name="Parent">Index of its parent in the answer; -1 for the first.</param>
public sealed record SeenActor(
    int Parent, string Path, string Kind, string State, SeenFigure[] Figures, int Restarts, int Queued, double AgeMs, bool Answered);

/// <param name="Form">n: none, b: yes or no, i: whole number, d: number, t: text.</param>
public sealed record SeenFigure(string Name, char Form, string Text);
