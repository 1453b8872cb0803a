using System.Diagnostics;

namespace Postern.Tests.Support;

/// <summary>The Python that a page of the documentation shows, run as it stands there.</summary>
internal static class DocumentedPython
{
    private const string Begin = "```python\n", End = "\n```";

    /// <param name="page">Below the root; it shows one program.</param>
    /// <param name="more">What is written below it.</param>
    /// <param name="arguments">Of the program.</param>
    /// <returns>Its exit code, and all that it printed.</returns>
    public static async Task<(int ExitCode, string Printed)> RunAsync(string page, string more, params string[] arguments)
    {
        var text = SourceTree.Read(page);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        Assert.Equal(-1, text.IndexOf(Begin, begin, StringComparison.Ordinal));
        var program = text[begin..text.IndexOf(End, begin, StringComparison.Ordinal)];
        var start = new ProcessStartInfo("python3", ["-c", $"{program}\n{more}", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed on this machine");
            throw;
        }
        using (process)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromSeconds(60));
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            var printed = await output + await errors;
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, printed);
        }
    }
}
