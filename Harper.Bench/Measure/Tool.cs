using System.ComponentModel;
using System.Diagnostics;

namespace Harper.Bench.Measure;

/// <summary>Runs a program of the machine and returns what it says; null when there is no such program.</summary>
internal static class Tool
{
    public static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output + errors.Result;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
