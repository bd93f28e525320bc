"""A small WS-Management client: Enumerate and Pull with WQL, Get, Invoke; on pywinrm's transport.

Source: DMTF DSP0226 (WS-Management), DSP0230 (WS-CIM mapping); Microsoft Learn, [MS-WSMV].
"""
