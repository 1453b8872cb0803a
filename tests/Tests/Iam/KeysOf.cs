using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Iam;

/// <summary>Master keys for tests.</summary>
internal static class KeysOf
{
    public static MasterKey NewMaster()
    {
        using var folder = new TempFolder();
        return MasterKey.LoadOrCreate(folder["master.key"]);
    }
}
