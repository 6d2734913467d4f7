using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Harper.Host.Http.ContentTypes;

/// <summary>How an answer is written.</summary>
internal enum AnswerType { Json, Cbor, MessagePack, Csv }

internal static class AnswerTypes
{
    public const string NotAcceptable =
        "No supported content types found in Accept header, supported types include: application/json, application/cbor, application/x-msgpack, text/csv, */*";

    private static readonly (string Name, AnswerType Type)[] Supported =
    [
        ("application/json", AnswerType.Json), ("application/cbor", AnswerType.Cbor), ("application/x-msgpack", AnswerType.MessagePack),
        ("application/msgpack", AnswerType.MessagePack), ("application/vnd.msgpack", AnswerType.MessagePack), ("text/csv", AnswerType.Csv),
    ];

    /// <summary>The type that the caller likes best of those there are, the first named among equals; null when there is none (RFC 9110, 12.5.1).</summary>
    public static AnswerType? Choose(StringValues accept)
    {
        if (accept.All(string.IsNullOrWhiteSpace)) return AnswerType.Json;
        // A header that nobody can read asks for nothing in particular.
        if (!MediaTypeHeaderValue.TryParseList(accept!, out var wanted)) return AnswerType.Json;
        foreach (var type in wanted.OrderByDescending(type => type.Quality ?? 1).Where(type => type.Quality is not 0))
            foreach (var (name, answer) in Supported)
                if (MediaTypeHeaderValue.Parse(name).IsSubsetOf(type)) return answer;
        return null;
    }

    public static string NameOf(AnswerType type) => type switch
    {
        AnswerType.Cbor => "application/cbor",
        AnswerType.MessagePack => "application/x-msgpack",
        AnswerType.Csv => "text/csv",
        _ => "application/json",
    };
}
