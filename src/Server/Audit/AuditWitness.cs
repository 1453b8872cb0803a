using System.Globalization;
using System.Text;
using Postern.Protocol.Audit;
using Postern.Server.Storage;

namespace Postern.Server.Audit;

/// <summary>
/// DIR/audit.head: where the log ended when this was written, outside of the database. Whoever puts back an older copy of the database, with the
/// head it was signed with then, is found at the next start. It lags some seconds behind.
/// </summary>
internal sealed class AuditWitness(string path)
{
    private const int MaxLength = 256;

    /// <summary>Null when there is none, or it cannot be understood.</summary>
    public AuditMark? Read()
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaxLength)
            return null;
        var parts = File.ReadAllText(path).Split(' ', '\n');
        return parts.Length >= 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new AuditMark(AuditMark.Head, sequence, parts[1], parts[2]) : null;
    }

    public void Write(AuditMark head)
        => PrivateFile.Write(path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head.Sequence} {head.Hash} {head.Signature}\n")));
}
