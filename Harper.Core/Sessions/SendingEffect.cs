using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>What a sending session wants done, in order.</summary>
public abstract record SendingEffect
{
    private SendingEffect()
    {
    }

    public sealed record Send(ControlFrame Frame) : SendingEffect;

    /// <summary>Announce the tables of every replicated database (on <c>system</c>), or of one of them.</summary>
    public sealed record AnnounceDatabases(DatabaseName? Only) : SendingEffect;

    /// <summary>The map of all origins known here: after each request, before anything that uses it.</summary>
    public sealed record SendOriginMap(ImmutableArray<NodeName> Subscribed, Membership.TableFilter Agreed) : SendingEffect;

    public sealed record Stream(SendPlan Plan) : SendingEffect;

    /// <summary>Copy, then stream.</summary>
    public sealed record Copy(CopyPlan Plan) : SendingEffect;

    public sealed record StopStream : SendingEffect
    {
        public static readonly StopStream Instance = new();
    }

    /// <summary>The peer may be sent so many bytes of data in all.</summary>
    public sealed record Credit(long UpTo) : SendingEffect;

    public sealed record Commit(CommitRequest Request) : SendingEffect;

    /// <summary>Hand to the writer, and answer with <see cref="SendingEvent.ClaimJudged"/>.</summary>
    public sealed record Claim(CommitRequest.OwnWritesAhead Request, string Reason) : SendingEffect;

    public sealed record RunOperation(ControlFrame.OperationRequest Request) : SendingEffect;

    /// <summary>For the log, once. <paramref name="IsAlarm"/>: something is wrong; else worth knowing.</summary>
    public sealed record Note(string Text, bool IsAlarm) : SendingEffect;

    public sealed record Close(SessionClose Reason) : SendingEffect;
}
