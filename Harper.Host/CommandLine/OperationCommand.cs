using System.Text.Encodings.Web;
using System.Text.Json;
using Harper.Host.Configuration;

namespace Harper.Host.CommandLine;

/// <summary><c>harper OPERATION key=value ...</c>: any operation of a running node, answered as YAML (R-CLI-01).</summary>
internal static class OperationCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task<int> RunAsync(
        string operation, string[] arguments, string? target, string? hint, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                var (body, json, url) = Read(operation, arguments);
                using var client = NodeClient.Connect(target ?? url);
                var answer = await client.RunAsync(body, cancellation).ConfigureAwait(false);
                await output.WriteLineAsync(json ? JsonSerializer.Serialize(answer, Indented) : ToYaml(answer)).ConfigureAwait(false);
                return 0;
            },
            errors,
            hint);

    /// <summary>Values are JSON where they look like it, texts otherwise; <c>json</c> and <c>target</c> are for the command itself.</summary>
    internal static (Dictionary<string, JsonElement> Body, bool Json, string? Target) Read(string operation, string[] arguments)
    {
        var body = new Dictionary<string, JsonElement> { ["operation"] = JsonSerializer.SerializeToElement(operation) };
        var json = false;
        string? target = null;
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=');
            if (equals <= 0) throw new CommandFailure($"'{argument}' is not of the form key=value");
            var (name, text) = (argument[..equals], argument[(equals + 1)..]);
            if (name == "json") json = text is "true" or "1";
            else if (name == "target") target = text;
            else body[name] = Value(text);
        }
        return (body, json, target);
    }

    private static JsonElement Value(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    private static string ToYaml(JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Object => YamlText.Write((ConfigNode.Map)ConfigJson.FromJson(answer)).TrimEnd(),
        JsonValueKind.Array => YamlText.WriteAny(ConfigJson.FromJson(answer)).TrimEnd(),
        _ => answer.ToString(),
    };
}
