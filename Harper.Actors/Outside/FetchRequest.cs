using System.Collections.Immutable;
using Harper.Core.Outside;

namespace Harper.Actors.Outside;

/// <summary>What a URL from outside is asked for, where it may lead, and how much of its answer is taken.</summary>
/// <param name="Policy">For the URL itself.</param>
public sealed record FetchRequest(string Url, OutboundPolicy Policy)
{
    /// <summary>Where redirects may lead; null: nowhere, they are an answer like another.</summary>
    public OutboundPolicy? Redirects { get; init; }

    /// <summary>Null: a GET.</summary>
    public (byte[] Body, string Type)? Post { get; init; }

    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    public required long MaxBytes { get; init; }

    /// <summary>For all of it.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>For so long nothing may come; null: until <see cref="Timeout"/>.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>What is wrong with an answer as far as its head goes, in words that follow its URL; null: its body is taken.</summary>
    public Func<HttpResponseMessage, string?> ProblemOf { get; init; } = answer => (int)answer.StatusCode == 200 ? null : $" answers {(int)answer.StatusCode}";
}
