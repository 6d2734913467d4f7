using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Harper.Bench.Systems;

namespace Harper.Bench.Load;

/// <summary>Everything that is not load: makes tables, counts, reads back.</summary>
internal sealed class BenchClient : IDisposable
{
    private readonly HttpClient _http;

    public BenchClient(IPEndPoint server)
    {
        _http = new HttpClient { BaseAddress = new Uri($"http://{server}/"), Timeout = TimeSpan.FromMinutes(5) };
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{BenchNode.User}:{BenchNode.Password}"));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
    }

    public (int Status, string Body) Try(string operation)
    {
        using var answer = Post(operation);
        using var reader = new StreamReader(answer.Content.ReadAsStream());
        return ((int)answer.StatusCode, reader.ReadToEnd());
    }

    public JsonElement Run(string operation)
    {
        var (status, body) = Try(operation);
        return status == 200 ? JsonSerializer.Deserialize<JsonElement>(body) : throw new BenchFailure($"{operation[..Math.Min(operation.Length, 80)]} was answered {status}: {body}");
    }

    /// <summary>The body of the answer as it comes.</summary>
    public Stream Open(string operation)
    {
        var answer = Post(operation);
        return answer.IsSuccessStatusCode ? answer.Content.ReadAsStream() : throw new BenchFailure($"reading back was answered {(int)answer.StatusCode}");
    }

    /// <summary>Rows of the table, counted; -1 when the node does not know the table yet or does not answer.</summary>
    public long Count(BenchTable table)
    {
        try
        {
            var (status, body) = Try(table.Describe(exact: true));
            return status == 200 && JsonSerializer.Deserialize<JsonElement>(body).TryGetProperty("record_count", out var count) ? count.GetInt64() : -1;
        }
        catch (Exception noAnswer) when (noAnswer is HttpRequestException or TaskCanceledException or IOException)
        {
            return -1;
        }
    }

    /// <summary>Whether the answer to a search has the key in it; a node that does not know the table yet, or does not answer, has it not.</summary>
    public bool Finds(string search, string key)
    {
        try
        {
            var (status, body) = Try(search);
            return status == 200 && body.Contains(key, StringComparison.Ordinal);
        }
        catch (Exception noAnswer) when (noAnswer is HttpRequestException or TaskCanceledException or IOException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpResponseMessage Post(string operation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, (Uri?)null) { Content = new StringContent(operation, Encoding.UTF8, "application/json") };
        return _http.Send(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
