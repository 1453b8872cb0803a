using System.Net;
using Postern.Server.Api;

namespace Postern.Server.Gateway;

/// <summary>
/// Places for channels that were upgraded and have not shown who they are: so many in all, so many of one address. A network of IPv6 (/64)
/// counts as one address. What is kept is never more than the places taken.
/// </summary>
internal sealed class OpeningPlaces(int inAll, int ofOneAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _taken = [];
    private int _all;

    /// <summary>Null when there is none. Dispose the place to give it back; safe to call again.</summary>
    public IDisposable? TryTake(IPAddress? address)
    {
        var source = NetworkAddress.Of(address);
        lock (_lock)
        {
            var taken = _taken.GetValueOrDefault(source);
            if (_all >= inAll || taken >= ofOneAddress)
                return null;
            _taken[source] = taken + 1;
            _all++;
        }
        return new Place(this, source);
    }

    private void GiveBack(IPAddress source)
    {
        lock (_lock)
        {
            _all--;
            if (--_taken[source] == 0)
                _taken.Remove(source);
        }
    }

    private sealed class Place(OpeningPlaces places, IPAddress source) : IDisposable
    {
        private int _givenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _givenBack, 1) == 0)
                places.GiveBack(source);
        }
    }
}
