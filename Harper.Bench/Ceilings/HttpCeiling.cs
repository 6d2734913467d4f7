using System.Net;
using Harper.Bench.Load;
using Harper.Bench.Rows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Harper.Bench.Ceilings;

/// <summary>The HTTP server alone: takes the same requests, reads their bodies and answers a few bytes.</summary>
internal static class HttpCeiling
{
    private static readonly byte[] Answer = """{"message":"inserted 1 of 1 records","inserted_hashes":["k000000000"],"skipped_hashes":[]}"""u8.ToArray();

    public static double Run(int connections, int batch) => RunAsync(connections, batch).GetAwaiter().GetResult();

    private static async Task<double> RunAsync(int connections, int batch)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        await using (app)
        {
            app.Urls.Add("http://127.0.0.1:0");
            app.Run(async context =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                context.Response.ContentLength = Answer.Length;
                await context.Response.Body.WriteAsync(Answer);
            });
            await app.StartAsync();
            var server = new IPEndPoint(IPAddress.Loopback, new Uri(app.Urls.First()).Port);
            var records = batch == 1 ? 20_000 : 300_000;
            var requests = ThroughputRun.Requests(new BenchTable("bench", "t1"), 0, records, batch, BenchRecords.SequentialKey);
            LoadRun.Run(server, requests, connections);
            var load = LoadRun.Run(server, requests, connections);
            await app.StopAsync();
            return records / load.Elapsed.TotalSeconds;
        }
    }
}
