using System.Buffers;
using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Harper.Host.Configuration;

/// <summary>YAML text to nodes and back, over YamlDotNet's event parser: no object model, no type guessing.</summary>
internal static class YamlText
{
    private const int MaxDepth = 32;

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-");

    /// <summary>Throws <see cref="YamlException"/> with line and column when the text is not YAML.</summary>
    public static ConfigNode Parse(string text)
    {
        // The parser takes it for the end of the text: what stands behind it would be left out without a word.
        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var zero)
        {
            var place = new Mark(zero, text.AsSpan(0, zero).Count('\n') + 1, zero - text.LastIndexOf('\n', zero));
            throw new YamlException(place, place, "a zero byte stands here; the file is damaged, take it back from the folder 'backup'");
        }
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) return ConfigNode.Null;
            parser.Consume<DocumentStart>();
            var node = ReadNode(parser, 0);
            parser.Consume<DocumentEnd>();
            return node;
        }
        catch (InvalidOperationException)
        {
            // The scanner stumbles over some broken flow lists in this way.
            var place = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(place, place, "a list or an object that is begun here is not ended as it should be");
        }
    }

    /// <summary>A value of the environment or the command line: YAML or JSON; what is neither is the text itself.</summary>
    public static ConfigNode ParseValue(string text)
    {
        // Words and numbers are most of them, and need no parser.
        if (text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(Plain)) return new ConfigNode.Scalar(text);
        try
        {
            return Parse(text);
        }
        catch (YamlException)
        {
            return new ConfigNode.Scalar(text, Quoted: true);
        }
    }

    public static string Write(ConfigNode.Map root) => WriteAny(root);

    /// <summary>The same for a value of any form.</summary>
    public static string WriteAny(ConfigNode root)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(writer);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static ConfigNode ReadNode(Parser parser, int depth)
    {
        if (depth > MaxDepth) throw new YamlException($"nested deeper than {MaxDepth} levels");
        if (parser.TryConsume<Scalar>(out var scalar)) return new ConfigNode.Scalar(scalar.Value, scalar.Style is not ScalarStyle.Plain);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = ImmutableArray.CreateBuilder<ConfigNode>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(parser, depth + 1));
            return new ConfigNode.List(items.ToImmutable());
        }
        if (parser.TryConsume<MappingStart>(out _))
        {
            var map = ImmutableArray.CreateBuilder<KeyValuePair<string, ConfigNode>>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _)) ReadEntry(parser, map, names, depth);
            return new ConfigNode.Map(map.ToImmutable());
        }
        var other = parser.Current;
        throw new YamlException(other?.Start ?? Mark.Empty, other?.End ?? Mark.Empty, "aliases are not supported here; write the value itself");
    }

    private static void ReadEntry(Parser parser, ImmutableArray<KeyValuePair<string, ConfigNode>>.Builder map, HashSet<string> names, int depth)
    {
        var key = parser.Consume<Scalar>();
        if (!names.Add(key.Value)) throw new YamlException(key.Start, key.End, $"'{key.Value}' stands here twice");
        map.Add(new(key.Value, ReadNode(parser, depth + 1)));
    }

    private static void Emit(Emitter emitter, ConfigNode node)
    {
        switch (node)
        {
            case ConfigNode.Scalar scalar:
                emitter.Emit(new Scalar(
                    AnchorName.Empty, TagName.Empty, scalar.Text, scalar.Quoted && LooksTyped(scalar.Text) ? ScalarStyle.DoubleQuoted : ScalarStyle.Any,
                    isPlainImplicit: true, isQuotedImplicit: true));
                break;
            case ConfigNode.List list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, list.Items.IsEmpty ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list.Items) Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case ConfigNode.Map map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, map.Entries.IsEmpty ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, value) in map.Entries)
                {
                    emitter.Emit(new Scalar(key));
                    Emit(emitter, value);
                }
                emitter.Emit(new MappingEnd());
                break;
        }
    }

    /// <summary>Text that a reader would take for something else without quotes.</summary>
    private static bool LooksTyped(string text) => text.Length == 0 || ScalarTypes.Guess(text) is not string;
}
