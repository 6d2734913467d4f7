using System.Globalization;
using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Text.Json;
using Harper.Actors.Databases;

namespace Harper.Actors.Operations.Information;

/// <summary>The parts of <c>system_information</c>, each written when it is asked for. Figures of the process and of Linux' /proc.</summary>
/// <param name="replication">Writes what cluster_status says (R-MON-09).</param>
internal sealed class SystemInformation(IDatabaseDirectory databases, string rootPath, Action<Utf8JsonWriter> replication)
{
    public IReadOnlyDictionary<string, Action<Utf8JsonWriter>> Parts => new Dictionary<string, Action<Utf8JsonWriter>>
    {
        ["system"] = WriteSystem,
        ["time"] = WriteTime,
        ["cpu"] = WriteCpu,
        ["memory"] = WriteMemory,
        ["disk"] = WriteDisk,
        ["network"] = WriteNetwork,
        ["harperdb_processes"] = WriteProcesses,
        ["table_size"] = WriteTableSizes,
        ["metrics"] = WriteMetrics,
        ["threads"] = WriteThreads,
        ["replication"] = replication,
    };

    private static void WriteSystem(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("platform", OperatingSystem.IsLinux() ? "linux" : RuntimeInformation.OSDescription);
        json.WriteString("distro", RuntimeInformation.OSDescription);
        json.WriteString("kernel", Environment.OSVersion.Version.ToString());
        json.WriteString("arch", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
        json.WriteString("hostname", Environment.MachineName);
        json.WriteString("dotnet_version", Environment.Version.ToString());
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("current", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        json.WriteNumber("uptime", Environment.TickCount64 / 1000.0);
        var offset = TimeZoneInfo.Local.GetUtcOffset(DateTimeOffset.UtcNow);
        json.WriteString("timezone", string.Create(CultureInfo.InvariantCulture, $"UTC{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hhmm}"));
        json.WriteString("timezoneName", TimeZoneInfo.Local.Id);
        json.WriteEndObject();
    }

    private static void WriteCpu(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("cores", Environment.ProcessorCount);
        if (File.Exists("/proc/loadavg"))
        {
            var averages = File.ReadAllText("/proc/loadavg").Split(' ');
            json.WriteStartArray("avg_load");
            foreach (var average in averages.Take(3)) json.WriteNumberValue(double.Parse(average));
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteMemory(Utf8JsonWriter json)
    {
        using var process = Process.GetCurrentProcess();
        json.WriteStartObject();
        if (File.Exists("/proc/meminfo"))
        {
            var lines = File.ReadLines("/proc/meminfo").Select(line => line.Split(':', StringSplitOptions.TrimEntries))
                .ToDictionary(parts => parts[0], parts => long.Parse(parts[1].Split(' ')[0]) * 1024);
            json.WriteNumber("total", lines["MemTotal"]);
            json.WriteNumber("free", lines["MemFree"]);
            json.WriteNumber("available", lines["MemAvailable"]);
            json.WriteNumber("used", lines["MemTotal"] - lines["MemFree"]);
        }

        json.WriteNumber("rss", process.WorkingSet64);
        json.WriteNumber("heapUsed", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteEndObject();
    }

    private void WriteDisk(Utf8JsonWriter json)
    {
        var drive = new DriveInfo(rootPath);
        json.WriteStartObject();
        json.WriteStartArray("size");
        json.WriteStartObject();
        json.WriteString("mount", drive.Name);
        json.WriteString("type", drive.DriveFormat);
        json.WriteNumber("size", drive.TotalSize);
        json.WriteNumber("used", drive.TotalSize - drive.TotalFreeSpace);
        json.WriteNumber("available", drive.AvailableFreeSpace);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNetwork(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("interfaces");
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            var traffic = network.GetIPStatistics();
            json.WriteStartObject();
            json.WriteString("iface", network.Name);
            json.WriteString("operstate", network.OperationalStatus == OperationalStatus.Down ? "down" : "up");
            json.WriteBoolean("internal", network.NetworkInterfaceType == NetworkInterfaceType.Loopback);
            json.WriteNumber("rx_bytes", traffic.BytesReceived);
            json.WriteNumber("tx_bytes", traffic.BytesSent);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteProcesses(Utf8JsonWriter json)
    {
        using var process = Process.GetCurrentProcess();
        json.WriteStartObject();
        json.WriteStartArray("core");
        json.WriteStartObject();
        json.WriteNumber("pid", process.Id);
        json.WriteString("name", "harper");
        json.WriteNumber("cpu_seconds", process.TotalProcessorTime.TotalSeconds);
        json.WriteNumber("mem_rss", process.WorkingSet64);
        json.WriteString("started", process.StartTime.ToUniversalTime());
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteTableSizes(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var database in databases.All)
            foreach (var (table, rows) in database.Engine.Statistics.Rows.OrderBy(entry => entry.Key.Value, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("schema", database.Name.Value);
                json.WriteString("table", table.Value);
                json.WriteNumber("record_count", rows);
                json.WriteEndObject();
            }

        json.WriteEndArray();
    }

    private void WriteMetrics(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var database in databases.All)
        {
            var statistics = database.Engine.Statistics;
            json.WriteStartObject(database.Name.Value);
            json.WriteNumber("commits", statistics.Commits);
            json.WriteNumber("records", statistics.Records);
            json.WriteNumber("log_bytes", statistics.LogBytes);
            json.WriteNumber("quarantined_transactions", statistics.QuarantinedTransactions);
            json.WriteNumber("quarantined_bytes", statistics.QuarantinedBytes);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteThreads(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("name", "pool");
        json.WriteNumber("threads", ThreadPool.ThreadCount);
        json.WriteNumber("queued", ThreadPool.PendingWorkItemCount);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
